/**
 * Node's HTTP modules, by the way that leaves the rest of them alone: an import of `node:http`
 * reads every export, WebSocket too, which loads undici: 35 ms and 13 MB of a server that uses
 * neither (Node 24).
 */
export const http = process.getBuiltinModule('node:http');
export const https = process.getBuiltinModule('node:https');
