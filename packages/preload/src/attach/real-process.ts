import { nodeRequire } from '../node-require.js';

/** The process as Node.js made it. A runner's copy may lack what is rarely used. */
export function realProcess(): NodeJS.Process {
  return nodeRequire('node:process') as NodeJS.Process;
}
