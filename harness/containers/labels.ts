/** How we know our own on an engine. */
export const labels = {
  /** On every image we make, and so on every container of one: `true`. */
  ours: 'posturelab',
  /** On whatever must go when a program is killed: the id that its reaper holds. */
  owner: 'posturelab.owner',
  /** On reapers: `true`. */
  reaper: 'posturelab.reaper',
} as const;
