import { type ContenderPaths, type ProxySetup, REGEX_ROUTES, variantRegex } from '../setup.js';

/** @returns undefined where nginx cannot do it: it speaks no HTTP/2 to upstreams */
export function nginxConfig(setup: ProxySetup, { port, upstreamPort, folder }: ContenderPaths): string | undefined {
  if (setup.upstream === 'http2') return undefined;
  const { certificate, key } = setup.certificate;
  const listen = { http1: '', tls: ' ssl', http2: ' http2' }[setup.downstream];
  const others = Array.from(
    { length: setup.otherHosts },
    (_, i) => `  server { listen 127.0.0.1:${port}${listen}; server_name other-${i}.example; return 404; }`,
  );
  return `
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.err;
events { worker_connections 4096; }
http {
  access_log ${setup.accessLog ? `${folder}/nginx.log combined buffer=64k flush=1s` : 'off'};
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  server_names_hash_max_size 65536;
  ssl_certificate ${certificate};
  ssl_certificate_key ${key};
  upstream bench { server 127.0.0.1:${upstreamPort}; keepalive 600; keepalive_requests 1000000000; }
${setup.routes === 'regex' ? variantMap() : ''}
${others.join('\n')}
  server {
    listen 127.0.0.1:${port}${listen};
    server_name bench.example;
    location / {
      proxy_pass ${setup.upstream === 'tls' ? 'https' : 'http'}://${setup.routes === 'regex' ? '$variant' : 'bench'};
      proxy_ssl_trusted_certificate ${certificate};
      proxy_ssl_verify ${setup.upstream === 'tls' ? 'on' : 'off'};
      proxy_ssl_server_name on;
      proxy_ssl_name bench.example;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Request-Id $request_id;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;
}

function variantMap(): string {
  const lines = Array.from({ length: REGEX_ROUTES }, (_, i) => `    "~^${variantRegex(i)}$" bench;`);
  return `  map $http_x_variant $variant {\n${lines.join('\n')}\n  }`;
}
