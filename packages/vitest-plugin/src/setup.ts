/** The setup file of the plugin, evaluated once per test file: each test of the file gets a network. */

import { useNetwork } from './use-network.js';

useNetwork();
