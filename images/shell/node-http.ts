import process from 'node:process';

/** Of node:http, taken past its ES module facade: making that loads all of undici, which doubles the time a node takes to start. */
export const {createServer, request} = process.getBuiltinModule('node:http');
