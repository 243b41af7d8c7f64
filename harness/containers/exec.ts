import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import type {Container} from 'dockerode';

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in a container and waits for its end. A command that is not there gives exit code 126 or 127, as in a shell. */
export async function execIn(
  container: Container,
  command: string[],
  {user = ''}: {user?: string} = {},
): Promise<ExecResult> {
  const exec = await container.exec({Cmd: command, AttachStdout: true, AttachStderr: true, User: user});
  const stream = await exec.start({hijack: true, stdin: false});
  const output = await outputOf(container, stream);
  return {exitCode: (await exec.inspect()).ExitCode ?? -1, ...output};
}

/** All that a program says on an attached stream, apart. */
export async function outputOf(
  {modem}: Container,
  stream: NodeJS.ReadableStream,
): Promise<{stdout: string; stderr: string}> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  modem.demuxStream(stream, stdout, stderr);
  stream.once('end', () => {
    stdout.end();
    stderr.end();
  });
  stream.on('error', error => {
    stdout.destroy(error);
    stderr.destroy(error);
  });
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  return {stdout: out, stderr: err};
}
