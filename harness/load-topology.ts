import {access, readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {checkTopology, type Topology, TopologyError} from '#harness/topology.ts';

export const ownTopologies = [
  'single-psn',
  'two-psn',
  'three-psn',
  'access-24',
  'dhcp',
  'dual-stack',
  'dual-stack-dhcp',
  'desk',
  'phone-desk',
] as const;

/**
A topology by name (one of ours), or from a file: JSON, or a TypeScript module that exports `topology`. Throws
`TopologyError` that names the file, the field and what was expected.
*/
export async function loadTopology(nameOrPath: string): Promise<Topology> {
  const own = ownTopologies.find(name => name === nameOrPath);
  if (own) return checkTopology(own, await exportOf(new URL(`../topologies/${own}.ts`, import.meta.url).href, own));
  const path = resolve(nameOrPath);
  try {
    await access(path);
  } catch {
    throw new TopologyError(nameOrPath, [
      `expected one of ${ownTopologies.join(', ')}, or a file; there is no file ${path}`,
    ]);
  }
  const declared = path.endsWith('.json')
    ? readJson(nameOrPath, await readFile(path, 'utf8'))
    : await exportOf(pathToFileURL(path).href, nameOrPath);
  return checkTopology(nameOrPath, declared);
}

function readJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TopologyError(where, [`expected JSON: ${error instanceof Error ? error.message : error}`]);
  }
}

async function exportOf(href: string, where: string): Promise<unknown> {
  try {
    const module: {topology?: unknown; default?: unknown} = await import(href);
    return module.topology ?? module.default;
  } catch (error) {
    throw new TopologyError(where, [
      `expected a module that can be loaded: ${error instanceof Error ? error.message : error}`,
    ]);
  }
}
