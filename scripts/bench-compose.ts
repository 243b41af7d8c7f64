import type {Images} from '#harness/containers/images.ts';
import {readEnd} from '#harness/link-end.ts';
import {nodesOf, type Topology} from '#harness/topology.ts';

/** The same containers as docker-compose would run them: one network a link, the same images, capabilities and commands. */
export function composeFile(topology: Topology, images: Images): string {
  const services = Object.fromEntries(
    Object.entries(topology.nodes).map(([node, {kind}]) => [
      node,
      {
        image: images[kind],
        stdin_open: true,
        cap_drop: ['ALL'],
        ...(kind === 'psn' ? {} : {cap_add: kind === 'nad' ? ['NET_ADMIN', 'NET_RAW'] : ['NET_ADMIN']}),
        networks: Object.fromEntries(
          topology.links.flatMap((link, index) =>
            link.ends.some(end => readEnd(end).node === node) ? [[`link${index}`, {}]] : [],
          ),
        ),
      },
    ]),
  );
  const networks = Object.fromEntries(
    topology.links.map((_, index) => [`link${index}`, {driver: 'bridge', internal: true}]),
  );
  if (nodesOf(topology, 'nad').length === 0)
    throw new Error('a topology without a switch has no peer in docker-compose');
  return JSON.stringify({version: '3.7', services, networks}, null, 2);
}
