// Compiled by the `typecheck` script, never run: how a CommonJS project sees the package.

import NodeEnvironment = require('jest-environment-node');

import { type Network, network, useNetwork, withSocketWrapper } from 'jest-environment-socket-wrapper';
import SocketWrapperReporter from 'jest-environment-socket-wrapper/reporter';

const suite: Network = useNetwork({ scope: 'suite', capture: 'on', testHost: { name: 'me' } });
export const addresses: string[] = [network.host('web').ipv4, suite.testHost.ipv6];
export const Environment = withSocketWrapper(NodeEnvironment.default);
export const reporter = new SocketWrapperReporter({ rootDir: '/' });

// @ts-expect-error There is no such mode.
useNetwork({ capture: 'sometimes' });
