/** What a machine needs, looked up rather than assumed. `posturelab doctor` prints it. */
import {existsSync} from 'node:fs';
import {statfs} from 'node:fs/promises';
import {version as nodeVersion} from 'node:process';
import {registryImage} from '#harness/containers/base-image.ts';
import {type Engine, findEngine} from '#harness/containers/engine.ts';
import {imageContexts} from '#harness/containers/images-context.ts';
import {probeKernel} from '#harness/doctor-kernel.ts';
import {findProgram} from '#harness/find-program.ts';

export interface DoctorCheck {
  name: string;
  /** What it is for, in a few words. */
  purpose: string;
  /** Without it: no lab at all, no `make test`, or no `make bench`. */
  neededFor: 'labs' | 'tests' | 'bench';
  outcome: DoctorOutcome;
}

export type DoctorOutcome =
  | {kind: 'ok'; found: string}
  /** `remedy`: the exact command or step that provides it. */
  | {kind: 'missing'; found: string; remedy: string}
  /** It cannot be told yet; `remedy`: what makes it possible. */
  | {kind: 'unknown'; found: string; remedy: string};

const neededDiskGiB = 2;
const oldestNode = '24.12.0';

/** Looks at everything, in the order in which one would mend it. Never throws. */
export async function examine(): Promise<DoctorCheck[]> {
  const engine = await findEngine().catch((error: Error) => error);
  const base = imageContexts().base.tag;
  return await Promise.all([
    check('node', 'labs', 'runs the harness, TypeScript as it is', async () => node()),
    check('container engine', 'labs', 'runs the nodes of a lab', async () => await engineAnswers(engine)),
    check('base image', 'labs', 'what all nodes start from', async () => await baseImage(engine, base)),
    ...kernelChecks(engine, base),
    check('disk space', 'labs', 'images and captures', async () => await diskSpace(engine)),
    check('radclient', 'tests', 'judges our RADIUS from outside', async () => program('radclient', 'freeradius-utils')),
    check('eapol_test', 'tests', 'judges our EAP from outside', async () => program('eapol_test', 'eapoltest')),
    check('tshark', 'tests', 'judges our packets from outside', async () => program('tshark', 'tshark')),
    check('docker-compose', 'bench', 'what we measure ourselves against', async () =>
      program('docker-compose', 'docker-compose'),
    ),
  ]);
}

async function check(
  name: string,
  neededFor: DoctorCheck['neededFor'],
  purpose: string,
  look: () => Promise<DoctorOutcome>,
): Promise<DoctorCheck> {
  const outcome = await look().catch(
    (error: unknown): DoctorOutcome => ({
      kind: 'unknown',
      found: error instanceof Error ? error.message : String(error),
      remedy: 'See the message.',
    }),
  );
  return {name, purpose, neededFor, outcome};
}

function node(): DoctorOutcome {
  const found = nodeVersion.slice(1);
  return found.localeCompare(oldestNode, 'en', {numeric: true}) >= 0
    ? {kind: 'ok', found}
    : {kind: 'missing', found, remedy: 'npm ci && export PATH="$PWD/node_modules/.bin:$PATH"'};
}

async function engineAnswers(engine: Engine | Error): Promise<DoctorOutcome> {
  if (engine instanceof Error) {
    const [found = '', remedy = ''] = engine.message.split('\n');
    return {kind: 'missing', found, remedy};
  }
  const {Version, ApiVersion} = await engine.version();
  return {kind: 'ok', found: `version ${Version}, API ${ApiVersion}`};
}

async function baseImage(engine: Engine | Error, base: string): Promise<DoctorOutcome> {
  if (!(engine instanceof Error)) {
    if (await hasImage(engine, base)) return {kind: 'ok', found: base};
    if (await hasImage(engine, registryImage)) return {kind: 'ok', found: `${registryImage} is there to build on`};
  }
  if (findProgram('mmdebstrap')) return {kind: 'ok', found: 'mmdebstrap is there to make it from Debian packages'};
  const remedy = `sudo apt-get install mmdebstrap; or, where a registry is reached: docker pull ${registryImage}`;
  return {kind: 'missing', found: `neither mmdebstrap nor ${registryImage}`, remedy};
}

function kernelChecks(engine: Engine | Error, base: string): Promise<DoctorCheck>[] {
  const remedy =
    "Run the engine on a Linux kernel that has it, such as Debian's or Ubuntu's own (`sudo apt-get install linux-image-amd64`).";
  const probed =
    engine instanceof Error
      ? undefined
      : hasImage(engine, base).then(has => (has ? probeKernel(engine, base) : undefined));
  const feature = async (name: string): Promise<DoctorOutcome> => {
    const features = await probed;
    if (features === undefined) {
      return {kind: 'unknown', found: 'tried in a container, once there are images', remedy: 'make demo'};
    }
    return features.has(name)
      ? {kind: 'ok', found: 'tried in a container'}
      : {kind: 'missing', found: "the engine's kernel refused", remedy};
  };
  return [
    check('kernel: veth', 'labs', 'the links of a lab', () => feature('veth')),
    check('kernel: bridge', 'labs', 'the access ports of a switch', () => feature('bridge')),
    check('kernel: nf_tables netdev ingress', 'labs', 'enforces downloaded ACLs on a port', () =>
      feature('netdev-ingress'),
    ),
    check('kernel: nf_tables NAT', 'labs', 'leads redirected HTTP to the switch', () => feature('nat')),
    check('kernel: vxlan', 'tests', 'sends packets through a port for `acl test --in kernel`', () => feature('vxlan')),
    check('kernel: nf_tables fwd', 'tests', 'takes them to the port and away for `acl test --in kernel`', () =>
      feature('netdev-forward'),
    ),
    check('kernel: nf_tables trace', 'tests', 'tells what became of each for `acl test --in kernel`', () =>
      feature('trace'),
    ),
    check('kernel: links that misbehave', 'tests', 'posturelab impair', async () => {
      const features = await probed;
      if (features === undefined) return await feature('netem');
      if (features.has('netem')) return {kind: 'ok', found: "by the kernel's netem"};
      if (!features.has('netdev-egress')) return await feature('netdev-egress');
      const outcome = await feature('vxlan');
      return outcome.kind === 'ok' ? {...outcome, found: 'by a relay of ours: the kernel has no netem'} : outcome;
    }),
  ];
}

async function diskSpace(engine: Engine | Error): Promise<DoctorOutcome> {
  const folder: string = engine instanceof Error ? '/' : (await engine.info()).DockerRootDir;
  const {bavail, bsize} = await statfs(existsSync(folder) ? folder : '/');
  const freeGiB = (bavail * bsize) / 1024 ** 3;
  const found = `${freeGiB.toFixed(1)} GiB free in ${folder}`;
  return freeGiB >= neededDiskGiB
    ? {kind: 'ok', found}
    : {kind: 'missing', found, remedy: `Free ${neededDiskGiB} GiB there, for example with \`docker system prune\`.`};
}

function program(name: string, debianPackage: string): DoctorOutcome {
  const path = findProgram(name);
  return path === undefined
    ? {kind: 'missing', found: 'not on the PATH', remedy: `sudo apt-get install ${debianPackage}`}
    : {kind: 'ok', found: path};
}

async function hasImage(engine: Engine, tag: string): Promise<boolean> {
  return await engine
    .getImage(tag)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}
