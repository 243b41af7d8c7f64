import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {pidsOf} from '#harness/containers/container-lab.ts';
import {type Ended, runProgram} from '#specs/edges/program.ts';
import {onceWithPatience} from '#specs/edges/radius-loopback.ts';

/**
Runs a program of this machine in the network namespace of a node: how Debian's own tools get to talk to a lab that publishes
nothing. Needs root and a local engine, as CI has.
*/
export async function runInNamespace(lab: ContainerLab, node: string, command: string[], input = ''): Promise<Ended> {
  const pids = await pidsOf(lab.engine, {[node]: lab.containerOf(node).id});
  return runProgram('nsenter', [`--net=/proc/${pids[node]}/ns/net`, ...command], input);
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
): Promise<Ended> {
  const command = ['radclient', '-x', ...onceWithPatience, to, packet, secret];
  return runInNamespace(lab, from, command, `${[...attributes, `Packet-Src-IP-Address = ${source}`].join('\n')}\n`);
}
