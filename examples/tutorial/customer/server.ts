import { relay } from '../common/ask.js';
import { serve } from '../common/http-service.js';

const PREFERENCE_URL = process.env['PREFERENCE_URL'] ?? 'http://preference:8080';

serve({ '/': (request) => relay('customer', PREFERENCE_URL, request) });
