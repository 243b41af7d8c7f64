/**
The source ports of the lab's own measure of the gap (images/endpoint/gap-meter.ts): above those that Linux gives connections
(32768 to 60999), so that the switch can tell its knocks apart from what an endpoint sends, and counts them nowhere. The kernel's routing
rules take no range that ends with the last port. Ours.
*/
export const knockPorts = {from: 61_000, to: 65_534} as const;
