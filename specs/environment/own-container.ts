// Has a reaper and a container of its own, says so, and stays: node own-container.ts REAPER BASE [keep]
import {argv, stdin, stdout} from 'node:process';
import {findEngine} from '#harness/containers/engine.ts';
import {labels} from '#harness/containers/labels.ts';
import {openReaper} from '#harness/containers/reaper.ts';

const [, , image = '', base = '', keep] = argv;
const engine = await findEngine();
const reaper = await openReaper(engine, image);
const container = await engine.createContainer({
  Image: base,
  Cmd: ['sleep', '600'],
  Labels: {[labels.owner]: reaper.owner},
  HostConfig: {NetworkMode: 'none'},
});
await container.start();
if (keep === 'keep') await reaper.keep();
stdout.write(`${JSON.stringify({owner: reaper.owner, containerId: container.id})}\n`);
stdin.resume(); // the reaper alone would let it end
