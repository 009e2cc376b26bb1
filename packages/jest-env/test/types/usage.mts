// Compiled by the `typecheck` script, never run: how an ECMAScript module sees the package.

import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';
import SocketWrapperEnvironment, {
  type Network,
  network,
  useNetwork,
  withSocketWrapper,
} from 'jest-environment-socket-wrapper';
import SocketWrapperReporter from 'jest-environment-socket-wrapper/reporter';

const suite: Network = useNetwork({ scope: 'suite' });
const { stdout } = await network.host('laptop').run('curl', ['-s', 'http://web/']);
export const texts: string[] = [stdout, suite.directory];
export const Environments = [withSocketWrapper(NodeEnvironment), SocketWrapperEnvironment];
export const reporter = new SocketWrapperReporter({ rootDir: '/' });
