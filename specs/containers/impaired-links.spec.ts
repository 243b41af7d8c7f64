// Links that misbehave in containers, measured with packets that are counted: what is sent, what arrives, and when.
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology as single} from '#topologies/single-psn.ts';

test.serial(
  'try',
  inLab({topology: single}, async (t, lab) => {
    const ping = async () =>
      t.log((await execIn(lab.containerOf('nad'), ['ping', '-c', '5', '-i', '0.2', '10.10.1.11'])).stdout);
    await ping();
    let now = Date.now();
    await lab.impair('psn1', {delayMs: 200});
    t.log('impair took', Date.now() - now);
    now = Date.now();
    await ping();
    now = Date.now();
    await lab.impair('psn1', {delayMs: 400, loss: 0.2}, {from: 'nad'});
    t.log('impair took', Date.now() - now);
    now = Date.now();
    await ping();
    t.log(JSON.stringify(await lab.wire()));
    now = Date.now();
    await lab.impair('psn1', null);
    t.log('clear took', Date.now() - now);
    now = Date.now();
    await ping();
    t.log(lab.timeline.toString());
    t.pass();
  }),
);
