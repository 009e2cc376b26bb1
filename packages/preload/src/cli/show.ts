export async function show(_args: readonly string[]): Promise<number> {
  return 1;
}
