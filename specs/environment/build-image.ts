// Builds the reaper's image of a source tree and says so when it begins: node build-image.ts ROOT
import {argv, stdout} from 'node:process';
import {findEngine} from '#harness/containers/engine.ts';
import {ensureBuilt} from '#harness/containers/images.ts';
import {imageContexts} from '#harness/containers/images-context.ts';

const {base, reaper} = imageContexts(argv[2]);
await ensureBuilt(await findEngine(), {base, reaper}, message => stdout.write(`${JSON.stringify(message)}\n`));
