import { relay } from '../common/ask.js';
import { serve } from '../common/http-service.js';

const RECOMMENDATION_URL = process.env['RECOMMENDATION_URL'] ?? 'http://recommendation:8080';

serve({ '/': (request) => relay('preference', RECOMMENDATION_URL, request) });
