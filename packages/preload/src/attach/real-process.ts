import { createRequire } from 'node:module';

/** The process as Node.js made it. A runner's copy may lack what is rarely used. */
export function realProcess(): NodeJS.Process {
  return createRequire(import.meta.url)('node:process') as NodeJS.Process;
}
