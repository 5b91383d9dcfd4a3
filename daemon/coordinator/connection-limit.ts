import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Holds a server to a number of connections. When they are all taken, a new one pushes out the one that
 * has been without a request for longest, so that a crowd of idle peers keeps nobody out; only when every
 * one is in use is the new one turned away.
 */
export function limitConnections(server: Server, maxConnections: number): void {
  // A Set goes through its members in the order they came: the first is idle for longest.
  const idle = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    socket.once('close', () => {
      connections--;
      idle.delete(socket);
    });
    if (connections > maxConnections) {
      const [longest = socket] = idle;
      idle.delete(longest);
      longest.destroy();
    }
    if (!socket.destroyed) idle.add(socket);
  });
  server.on('request', (request, response) => {
    idle.delete(request.socket);
    response.once('close', () => {
      if (!request.socket.destroyed) idle.add(request.socket);
    });
  });
}
