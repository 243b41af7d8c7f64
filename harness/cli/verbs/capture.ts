import {createWriteStream} from 'node:fs';
import {stdout} from 'node:process';
import {Command} from 'commander';
import {UsageError} from '#harness/cli/exit.ts';
import {say} from '#harness/cli/output.ts';
import {startCapture} from '#harness/containers/capture.ts';
import {findLab} from '#harness/containers/join.ts';
import {openSession} from '#harness/containers/session.ts';
import {PcapngStream} from '#harness/evidence/pcapng.ts';
import {NoSuchNodeError} from '#harness/lab.ts';
import {readEnd} from '#harness/link-end.ts';

export function captureVerb(): Command {
  return new Command('capture')
    .description('the packets of a link as they cross, until interrupted')
    .argument('<lab>', 'name of the lab')
    .argument('<target>', 'NODE:INTERFACE, such as nad:fa0-12')
    .option('-w, --write <file>', 'write pcapng to a file; - writes to stdout, for `| wireshark -k -i -`')
    .option('--filter <expression>', 'capture filter, as for tcpdump', '')
    .action(async (name: string, target: string, options: {write?: string; filter: string}) => {
      const {node, interface: port} = readEnd(target);
      if (!/^[a-z][a-z0-9-]{0,14}$/.test(port))
        throw new UsageError(`capture ${target}: expected NODE:INTERFACE, such as nad:fa0-12`);
      await using session = await openSession(say);
      const lab = await findLab(session.engine, name);
      const containerId = lab.containerIds[node];
      if (containerId === undefined) throw new NoSuchNodeError(node, Object.keys(lab.containerIds));

      await using capture = await startCapture(session.engine, {
        containerId,
        port,
        filter: options.filter,
        image: session.images.base,
        labels: {'posturelab.owner': session.reaper.owner},
        format: options.write === undefined ? 'text' : 'pcap',
      });
      const output = options.write === undefined || options.write === '-' ? stdout : createWriteStream(options.write);
      const packets =
        options.write === undefined ? capture.output : capture.output.pipe(new PcapngStream({interface: target}));
      packets.pipe(output, {end: output !== stdout});
      const interrupted = new Promise<void>(resolve => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
        stdout.once('error', () => resolve()); // Wireshark was closed
      });
      await Promise.race([interrupted, capture.failed]);
    });
}
