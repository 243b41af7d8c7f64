/** Replaces the list of a port again and again while packets flow: one JSON request on stdin, one answer on stdout. */
import {stdin, stdout} from 'node:process';
import {text} from 'node:stream/consumers';
import {type SwapRequest, swapUnderLoad} from '#images/nad/acl-proof/swap.ts';

const request = JSON.parse(await text(stdin)) as SwapRequest;
stdout.write(`${JSON.stringify(await swapUnderLoad(request))}\n`);
