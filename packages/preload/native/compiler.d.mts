/** The path of zig in npx's cache; `undefined` where it cannot be had. */
export function findZig(): string | undefined;
