// What any user of testcontainers writes, RYUK_CONTAINER_IMAGE being set: node own-testcontainer.ts BASE
import {argv, stdin, stdout} from 'node:process';
import {GenericContainer} from 'testcontainers';

const container = await new GenericContainer(argv[2] ?? '')
  .withNetworkMode('none')
  .withCommand(['sleep', '600'])
  .start();
stdout.write(`${JSON.stringify({containerId: container.getId()})}\n`);
stdin.resume();
