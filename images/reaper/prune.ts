import {request} from 'node:http';
import {text} from 'node:stream/consumers';

const socketPath = '/var/run/docker.sock';

/**
Removes what has all the labels: containers with their anonymous volumes, networks, volumes, images. Returns how much of it
there was; 0 says that nothing is left. Reapers are spared. Throws if the engine does not list what it has.
*/
export async function prune(
  labels: string[],
  {requestTimeoutMs, log}: {requestTimeoutMs: number; log: (message: string) => void},
): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({label: labels}));
  let found = 0;
  for (const {list, remove} of resources) {
    const names = await list(filters, requestTimeoutMs);
    found += names.length;
    await Promise.all(
      names.map(async name => {
        const path = remove(name);
        const {status, body} = await ask('DELETE', path, requestTimeoutMs).catch(error => ({
          status: 0,
          body: String(error),
        }));
        log(`DELETE ${path}: ${status}${status >= 400 || status === 0 ? ` ${JSON.stringify(body)}` : ''}`);
      }),
    );
  }
  return found;
}

interface Resource {
  list(filters: string, timeoutMs: number): Promise<string[]>;
  remove(name: string): string;
}

/** Containers first: networks, volumes and images that are in use cannot be removed. */
const resources: Resource[] = [
  {
    async list(filters, timeoutMs) {
      const containers = await listed<{Id: string; Labels?: Record<string, string>}[]>(
        `/containers/json?all=true&filters=${filters}`,
        timeoutMs,
      );
      return containers.filter(({Labels}) => !isReaper(Labels ?? {})).map(({Id}) => Id);
    },
    remove: id => `/containers/${id}?force=true&v=true`,
  },
  {
    list: async (filters, timeoutMs) =>
      (await listed<{Id: string}[]>(`/networks?filters=${filters}`, timeoutMs)).map(({Id}) => Id),
    remove: id => `/networks/${id}`,
  },
  {
    list: async (filters, timeoutMs) =>
      ((await listed<{Volumes?: {Name: string}[]}>(`/volumes?filters=${filters}`, timeoutMs)).Volumes ?? []).map(
        ({Name}) => Name,
      ),
    remove: name => `/volumes/${encodeURIComponent(name)}?force=true`,
  },
  {
    list: async (filters, timeoutMs) =>
      (await listed<{Id: string}[]>(`/images/json?filters=${filters}`, timeoutMs)).map(({Id}) => Id),
    remove: id => `/images/${id}?force=true`,
  },
];

function isReaper(labels: Record<string, string>): boolean {
  return labels['posturelab.reaper'] === 'true' || labels['org.testcontainers.ryuk'] === 'true';
}

async function listed<Body>(path: string, timeoutMs: number): Promise<Body> {
  const {status, body} = await ask('GET', path, timeoutMs);
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
  return body as Body;
}

async function ask(method: string, path: string, timeoutMs: number): Promise<{status: number; body: unknown}> {
  const {promise, resolve, reject} = Promise.withResolvers<{status: number; body: unknown}>();
  request({socketPath, method, path, signal: AbortSignal.timeout(timeoutMs)}, response => {
    text(response).then(
      content => resolve({status: response.statusCode ?? 0, body: content === '' ? null : JSON.parse(content)}),
      reject,
    );
  })
    .on('error', reject)
    .end();
  return await promise.catch(cause => {
    throw new Error(`${method} ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  });
}
