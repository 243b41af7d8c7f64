import {Command} from 'commander';
import {exitCodes} from '#harness/cli/exit.ts';
import {print, printJson} from '#harness/cli/output.ts';
import {loadTopology, ownTopologies} from '#harness/load-topology.ts';
import {TopologyError} from '#harness/topology.ts';

export function validateVerb(): Command {
  return new Command('validate')
    .description('check a topology as deploy does, and deploy nothing')
    .argument('[topology]', `${ownTopologies.join(', ')}, or a .ts or .json file`, 'two-psn')
    .option('--json', 'print one JSON document')
    .action(async (nameOrPath: string, options: {json?: boolean}) => {
      try {
        const topology = await loadTopology(nameOrPath);
        const counts = `${Object.keys(topology.nodes).length} nodes, ${topology.links.length} links`;
        if (options.json) printJson({ok: true, topology, problems: []});
        else print(`${nameOrPath}: good (${counts})`);
      } catch (error) {
        if (!(error instanceof TopologyError)) throw error;
        if (options.json) printJson({ok: false, problems: error.problems});
        else print(error.message);
        process.exitCode = exitCodes.no;
      }
    });
}
