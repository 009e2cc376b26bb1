/** Compares what a program was answered with what the kernel answers. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** How often the kernel is asked: of 28,000 ephemeral ports it now and then chooses the same one for two sockets. */
const RUNS = 3;

/** Fails unless the kernel gives the same `answers`; `ask` runs the program on it, for the time after `run` others. */
export async function expectKernelAnswers<T>(answers: T, ask: (run: number) => Promise<T>): Promise<void> {
  let expected = await ask(0);
  for (let run = 1; run < RUNS && !isDeepStrictEqual(answers, expected); run++) expected = await ask(run);
  expect(answers).toEqual(expected);
}
