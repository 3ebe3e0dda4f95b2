import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../support/repository.js';

interface Deployment {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly deployment: string;
  readonly pullPolicy: string;
  readonly initialDelaySeconds: number;
  readonly timeoutSeconds: number;
}

const DEPLOYMENTS: readonly Deployment[] = [
  ...['customer', 'preference'].map((name) => ({
    name,
    version: 'v1',
    file: 'Deployment.yml',
    deployment: name,
    pullPolicy: 'IfNotPresent',
    initialDelaySeconds: 10,
    timeoutSeconds: 1,
  })),
  {
    name: 'recommendation',
    version: 'v1',
    file: 'Deployment.yml',
    deployment: 'recommendation-v1',
    pullPolicy: 'IfNotPresent',
    initialDelaySeconds: 5,
    timeoutSeconds: 1,
  },
  {
    name: 'recommendation',
    version: 'v2',
    file: 'Deployment-v2.yml',
    deployment: 'recommendation-v2',
    pullPolicy: 'Always',
    initialDelaySeconds: 5,
    timeoutSeconds: 10,
  },
];

/**
 * The tutorial's manifests as people wrote them in 2018: `extensions/v1beta1`, probes that run curl in the container, ports that
 * nobody listens on. The rules beside them are the example's.
 */
export function writeManifests(folder: string): void {
  for (const one of DEPLOYMENTS) {
    const target = join(folder, one.name, 'kubernetes');
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, one.file), deployment(one));
    writeFileSync(join(target, 'Service.yml'), service(one.name));
  }
  mkdirSync(join(folder, 'ingress'), { recursive: true });
  writeFileSync(join(folder, 'ingress', 'ingress.yml'), INGRESS);
  cpSync(join(repositoryRoot(), 'examples', 'tutorial', 'istiofiles'), join(folder, 'istiofiles'), { recursive: true });
}

function deployment(of: Deployment): string {
  const probe = (name: string, delay: number): string => `
        ${name}:
          exec:
            command:
            - curl
            - localhost:8080/health
          initialDelaySeconds: ${delay}
          periodSeconds: 5
          timeoutSeconds: ${of.timeoutSeconds}`;
  return `---
apiVersion: extensions/v1beta1
kind: Deployment
metadata:
  labels:
    app: ${of.name}
    version: ${of.version}
  name: ${of.deployment}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${of.name}
      version: ${of.version}
  template:
    metadata:
      labels:
        app: ${of.name}
        version: ${of.version}
    spec:
      containers:
      - env:
        - name: JAVA_OPTIONS
          value: -Xms128m -Xmx256m
        image: jimmysong/istio-tutorial-${of.name}:${of.version}${' '}
        imagePullPolicy: ${of.pullPolicy}${probe('livenessProbe', of.initialDelaySeconds * 2)}
        name: ${of.name}
        ports:
        - containerPort: 8080
          name: http
          protocol: TCP
        - containerPort: 8778
          name: jolokia
          protocol: TCP
        - containerPort: 9779
          name: prometheus
          protocol: TCP${probe('readinessProbe', of.initialDelaySeconds)}
        securityContext:
          privileged: false
`;
}

function service(name: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
    app: ${name}${'    '}
spec:
  ports:
  - name: http
    port: 8080
  selector:
    app: ${name}
`;
}

const INGRESS = `apiVersion: extensions/v1beta1
kind: Ingress
metadata:
  name: istio-tutorial-ingress
  namespace: istio-tutorial
spec:
  rules:
  - host: customer.istio-tutorial.jimmysong.io
    http:
      paths:
      - path: /
        backend:
          serviceName: customer
          servicePort: 8080
`;
