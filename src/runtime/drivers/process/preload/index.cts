import modules = require('node:module');
import os = require('node:os');
import connect = require('./connect.cjs');
import listen = require('./listen.cjs');
import lookup = require('./lookup.cjs');
import settings = require('./settings.cjs');

/**
 * Loaded by `NODE_OPTIONS=--require` into every Node program of a pod in the process driver. It gives the program what a network
 * namespace would: its own localhost, names of services, and TCP that goes through the sidecar. UDP is left as it is.
 */
const pod = settings.readSettings();
if (pod) {
  os.hostname = () => pod.hostname;
  lookup.patchLookup(pod);
  listen.patchListen(pod);
  connect.patchConnect(pod);
  // Without it `import { lookup } from 'node:dns'` keeps the function from before.
  modules.syncBuiltinESMExports();
}
