export { createSocketClient } from './socket-client';
export type { SocketClient, SocketClientOptions } from './socket-client';
