import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import {Command} from 'commander';
import {UsageError} from '#harness/cli/exit.ts';
import {printJson, say} from '#harness/cli/output.ts';
import {connectInto} from '#harness/containers/connect-into.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {findLab} from '#harness/containers/join.ts';
import {NoSuchNodeError} from '#harness/lab.ts';
import {addressOf} from '#harness/role-plan.ts';
import type {Topology} from '#harness/topology.ts';

export function forwardVerb(): Command {
  return new Command('forward')
    .description('a TCP listener on loopback that leads to a port inside the lab, until interrupted')
    .argument('<lab>', 'name of the lab')
    .argument('<target>', 'NODE:PORT, such as psn1:8443')
    .option('-l, --listen <port>', 'port on loopback', '0')
    .option('--json', 'print one JSON document with the address')
    .action(async (name: string, target: string, options: {listen: string; json?: boolean}) => {
      const [node = '', port = ''] = target.split(':');
      if (!isPort(port) || Number(port) === 0)
        throw new UsageError(`forward ${target}: expected NODE:PORT, such as psn1:8443`);
      if (!isPort(options.listen)) throw new UsageError(`--listen ${options.listen}: expected a port, 0 to 65535`);
      const engine = await findEngine();
      const lab = await findLab(engine, name);
      const id = lab.containerIds[node];
      const address = addressesOf(lab.topology).get(node);
      if (id === undefined || address === undefined)
        throw new NoSuchNodeError(node, [...addressesOf(lab.topology).keys()]);

      const server = createServer({allowHalfOpen: true}, socket => {
        connectInto(engine.getContainer(id), {address, port: Number(port)}).then(
          stream => {
            socket.pipe(stream).pipe(socket);
            socket.once('error', () => stream.end());
            stream.once('error', () => socket.destroy());
          },
          error => {
            say(`a connection to ${target} failed: ${error instanceof Error ? error.message : error}`);
            socket.destroy();
          },
        );
      });
      server.listen({host: '127.0.0.1', port: Number(options.listen)});
      await once(server, 'listening');
      const listening = server.address() as AddressInfo;
      if (options.json) printJson({listen: `127.0.0.1:${listening.port}`, target});
      else say(`127.0.0.1:${listening.port} leads to ${target}; Ctrl-C ends it`);
      await new Promise(resolve => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
      server.close();
      process.exit();
    });
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) < 65_536;

/** By node; a desk switch has none. */
function addressesOf(topology: Topology): Map<string, string> {
  return new Map(
    Object.entries(topology.nodes).flatMap(([node, declared]): [string, string][] =>
      declared.kind === 'desk-switch' ? [] : [[node, addressOf(declared)]],
    ),
  );
}
