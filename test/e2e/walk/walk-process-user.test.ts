import { walkTest } from './walk-test.js';

walkTest('process', 'user');
