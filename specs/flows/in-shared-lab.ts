/** Specs in one lab: one of its own would cost each of them four containers. */
import test, {type ExecutionContext} from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {openSpecLab, places, type SpecLabOptions, toldIn} from '#specs/flows/in-lab.ts';

type Told = (t: ExecutionContext, lab: ContainerLab) => Promise<void>;

/**
Tests in the same lab, one after the other in the order of their declaration, each as the one before left it. A lab in which a test failed is
not used again.
*/
export function inSharedLab(options: SpecLabOptions): (body: Told) => (t: ExecutionContext) => Promise<void> {
  let left = 0;
  let before: Promise<unknown> | undefined;
  let shared: SharedLab | undefined;
  const close = async () => {
    await shared?.opened.disposeAsync();
    shared = undefined;
  };
  test.after.always('a lab that was shared is taken down', close); // not every test is run if only some are

  const tell = async (t: ExecutionContext, body: Told) => {
    left -= 1;
    shared ??= await openShared(t.title, options);
    const {lab} = shared;
    let isOver = true;
    try {
      await toldIn(t, lab, () => body(t, lab));
      isOver = left === 0;
    } finally {
      if (isOver) await close();
    }
  };
  return body => {
    left += 1;
    return t => {
      const told = before ? before.then(() => tell(t, body)) : tell(t, body);
      before = told.catch(() => {});
      return told;
    };
  };
}

interface SharedLab {
  lab: ContainerLab;
  /** The lab, and its place. */
  opened: AsyncDisposableStack;
}

async function openShared(title: string, options: SpecLabOptions): Promise<SharedLab> {
  await using opened = new AsyncDisposableStack();
  opened.use(await places.take());
  const lab = opened.use(await openSpecLab(title, options));
  return {lab, opened: opened.move()};
}
