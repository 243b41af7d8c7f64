import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';

/** One answer, as Debian's ping saw it. */
export interface Echo {
  sequence: number;
  tookMs: number;
  /** The same once more. */
  isDuplicate: boolean;
  /** When it came, by the machine's clock. */
  atMs: number;
}

/** Sends echo requests from a node and gives the answers in the order of their arrival. Exits of ping are its business: silence is one. */
export async function ping(
  lab: ContainerLab,
  from: string,
  to: string,
  {count, everyMs = 3, bytes = 56}: {count: number; everyMs?: number; bytes?: number},
): Promise<Echo[]> {
  const options = ['-D', '-n', '-c', String(count), '-i', String(everyMs / 1000), '-s', String(bytes), '-W', '2'];
  const {stdout, stderr} = await execIn(lab.containerOf(from), ['ping', ...options, to]);
  if (stderr !== '') throw new Error(stderr);
  return stdout.split('\n').flatMap(line => {
    const [, at, sequence, took, duplicate] =
      /^\[(\d+\.\d+)\] .* icmp_seq=(\d+) .*time=([\d.]+) ms( \(DUP!\))?/.exec(line) ?? [];
    if (sequence === undefined) return [];
    return [
      {
        sequence: Number(sequence),
        tookMs: Number(took),
        isDuplicate: duplicate !== undefined,
        atMs: Number(at) * 1000,
      },
    ];
  });
}
