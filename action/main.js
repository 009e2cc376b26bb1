// Runs where the step stands, before the tests: remembers when, so that captures of earlier runs are left alone.

import { saveState } from './lib/workflow.js';

saveState('startedAt', new Date().toISOString());
