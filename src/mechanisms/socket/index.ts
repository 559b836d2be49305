export { createSocketClient } from './socket-client';
export type { SocketClient, SocketClientOptions, SocketListener } from './socket-client';
