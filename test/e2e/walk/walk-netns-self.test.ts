import { walkTest } from './walk-test.js';

walkTest('netns', 'self');
