// Opens two scopes and starts a program in each; with the argument `within`, runs code as a host instead.
import { openScope } from '@socket-wrapper/preload';

for (const fullName of ['first', 'second']) {
  const scope = openScope({ file: import.meta.filename, fullName, attempt: 0 }, { capture: 'off' });
  await scope.run(async () => {
    const laptop = scope.network.host('laptop');
    if (process.argv[2] === 'within') laptop.within(() => {});
    console.log((await laptop.run('hostname')).stdout);
  });
  await scope.end('passed');
}
