/**
 * node:http without what nobody here uses: an `import` of it reads all that it exports, among that the WebSocket
 * of undici, which takes 11 MB.
 */
export const { Agent, createServer, get, request } = process.getBuiltinModule('node:http');
