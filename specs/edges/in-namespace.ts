import {execFile} from 'node:child_process';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {pidsOf} from '#harness/containers/container-lab.ts';
import {onceWithPatience} from '#specs/edges/radius-loopback.ts';

export interface Output {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
Runs a program of this machine in the network namespace of a node: how Debian's own tools get to talk to a lab that publishes
nothing. Needs root and a local engine, as CI has.
*/
export async function runInNamespace(lab: ContainerLab, node: string, command: string[], input = ''): Promise<Output> {
  const pids = await pidsOf(lab.engine, {[node]: lab.containerOf(node).id});
  return new Promise((resolve, reject) => {
    const child = execFile(
      'nsenter',
      [`--net=/proc/${pids[node]}/ns/net`, ...command],
      {maxBuffer: 64 * 1024 * 1024},
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') return reject(error);
        resolve({exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr});
      },
    );
    child.stdin?.on('error', () => {}); // it did not read what it did not need, not even that there is nothing
    child.stdin?.end(input);
  });
}

/** Sends one RADIUS packet with Debian's radclient and gives what it printed. `attributes`: one `Name = value` each. */
export async function radclient(
  lab: ContainerLab,
  {
    from,
    source,
    to,
    packet,
    secret,
    attributes,
  }: {
    from: string;
    source: string;
    to: string;
    packet: 'auth' | 'acct' | 'coa' | 'disconnect';
    secret: string;
    attributes: string[];
  },
): Promise<Output> {
  const command = ['radclient', '-x', ...onceWithPatience, to, packet, secret];
  return runInNamespace(lab, from, command, `${[...attributes, `Packet-Src-IP-Address = ${source}`].join('\n')}\n`);
}
