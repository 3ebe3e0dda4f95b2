import { parseDescriptions } from './parse.js';

/** What fields of Kubernetes' kinds mean, by name, or by `Definition.name` where a name means different things. */
export const KUBERNETES_FIELDS = parseDescriptions(`
metadata: Name, labels and what else all objects have.
spec: What is wanted.
status: What is the case, as the controllers saw it last.
ObjectMeta.name: Unique among the objects of its kind and namespace; it cannot change.
ObjectMeta.generateName: The server adds a suffix to it where no name is given.
ObjectMeta.namespace: The namespace in which it is; it cannot change.
ObjectMeta.labels: Keys and values by which selectors find it.
ObjectMeta.annotations: Keys and values for tools; nothing is selected by them.
ObjectMeta.uid: Set by the server; no other object will ever have it.
ObjectMeta.resourceVersion: Changes with each write; an update that names an old one is refused.
ObjectMeta.generation: Counts the changes of what is wanted.
ObjectMeta.creationTimestamp: When it was created.
ObjectMeta.deletionTimestamp: When it is to be gone; set where its deletion was asked for.
ObjectMeta.deletionGracePeriodSeconds: Seconds that it gets to end.
ObjectMeta.finalizers: Who must do something before it goes.
ObjectMeta.ownerReferences: The objects with which it goes.
ObjectMeta.managedFields: Which writer owns which fields.
OwnerReference.controller: Whether this owner manages it.
OwnerReference.blockOwnerDeletion: Whether the owner's deletion in the foreground waits for it.
observedGeneration: The generation that the controller has acted on.
conditions: Aspects of the state, each with a status and the reason for it.
lastTransitionTime: When the condition last changed its status.
reason: One word for programs.
message: A sentence for people.
selector: The labels of the objects that it is about.
matchLabels: Labels that must all be there with these values.
matchExpressions: Requirements of labels that must all be met.
operator: How the values are compared, such as In, NotIn, Exists and DoesNotExist.
template: What each pod is made from.
replicas: How many pods there are to be.
minReadySeconds: Seconds for which a new pod must be ready before it counts as available.
revisionHistoryLimit: How many old states are kept for an undo.
progressDeadlineSeconds: Seconds after which an update that does not go on is said to have failed.
paused: Whether changes of the template wait.
strategy: How old pods are replaced by new ones.
updateStrategy: How old pods are replaced by new ones.
rollingUpdate: The steps of a rolling update.
maxSurge: How many pods there may be beyond the wanted number, as a count or percentage.
RollingUpdateDeployment.maxUnavailable: How many pods may be missing during an update, as a count or percentage.
partition: Pods with lower numbers keep the old template.
serviceName: The headless service under which the pods have DNS names.
podManagementPolicy: Whether pods come and go in order (OrderedReady) or all at once (Parallel).
volumeClaimTemplates: Claims that each pod gets for its own.
persistentVolumeClaimRetentionPolicy: Whether claims stay when pods or the set go.
readyReplicas: How many pods are ready.
availableReplicas: How many pods have been ready for long enough.
updatedReplicas: How many pods are of the newest template.
unavailableReplicas: How many pods are still missing.
parallelism: How many pods may run at once.
completions: How many pods must succeed.
completionMode: Whether all pods are equal (NonIndexed) or each has a number (Indexed).
backoffLimit: How many failures end the job.
activeDeadlineSeconds: Seconds after which it is ended.
ttlSecondsAfterFinished: Seconds after its end until it is deleted.
suspend: Whether nothing is started for now.
schedule: When to start, as five fields of cron, a word such as @daily, or @every with a duration.
timeZone: The time zone of the schedule, such as Europe/Berlin; UTC by default.
concurrencyPolicy: Whether a job may start while the one before runs: Allow, Forbid or Replace.
startingDeadlineSeconds: Seconds after which a missed start is left out.
successfulJobsHistoryLimit: How many jobs that succeeded are kept.
failedJobsHistoryLimit: How many jobs that failed are kept.
jobTemplate: What each job is made from.
lastScheduleTime: The time for which a job was last started.
lastSuccessfulTime: When a job last succeeded.
PodSpec.containers: The programs that run in the pod; at least one.
initContainers: Programs that run to their end before the others start, one after another; those that restart always stay as sidecars.
ephemeralContainers: Containers that are added to a running pod to look into it.
Container.name: The container's name, unique in its pod.
Container.image: The image that the container runs; a tag other than latest makes it sure which.
Container.command: The program and its first arguments, in place of the image's entry point.
Container.args: Arguments, in place of the image's.
workingDir: The folder in which the program starts.
env: Environment variables.
envFrom: Objects whose keys become environment variables.
EnvVar.value: The value; $(NAME) stands for another variable.
valueFrom: Where the value is taken from.
configMapKeyRef: A key of a ConfigMap.
secretKeyRef: A key of a Secret.
fieldRef: A field of the pod itself.
resourceFieldRef: A request or limit of a container.
Container.ports: Ports on which the program listens.
containerPort: The number of the port in the pod.
hostPort: The same port on the node.
imagePullPolicy: When the image is fetched: Always, IfNotPresent or Never.
resources: What it needs, and what it may take at most.
requests: What it needs; pods go where that is free.
limits: What it may take at most.
livenessProbe: A check after whose failures the container is restarted.
readinessProbe: A check that decides whether the pod gets requests.
startupProbe: A check before whose success the others wait.
lifecycle: What is done after the start and before the end.
postStart: Done right after the container's start.
preStop: Done before the container is ended.
httpGet: Asks by HTTP; answers from 200 to 399 are good.
tcpSocket: Opens a connection.
exec: Runs a command in the container; exit code 0 is good.
grpc: Asks the gRPC health service.
initialDelaySeconds: Seconds after the start before the first check.
periodSeconds: Seconds between checks.
timeoutSeconds: Seconds after which it counts as failed.
successThreshold: How many successes in a row make it good again.
failureThreshold: How many failures in a row make it bad.
volumeMounts: Where the pod's volumes appear in the container.
mountPath: The path in the container.
subPath: The part of the volume that is shown.
readOnly: Whether nothing can be written to it.
stdin: Whether the program has an input that attach can reach.
stdinOnce: Whether the input ends with the first attachment.
tty: Whether the program has a terminal.
securityContext: As whom it runs, and with what rights.
restartPolicy: When containers are started again: Always, OnFailure or Never.
terminationGracePeriodSeconds: Seconds between the signal to end and the kill.
dnsPolicy: Where names are looked up.
dnsConfig: Further name servers, search domains and options.
nodeSelector: Labels that the node must have.
nodeName: The node on which the pod runs.
affinity: Which nodes and which neighbours the pod needs or prefers.
tolerations: Taints of nodes that the pod bears.
topologySpreadConstraints: How evenly the pods are spread over nodes or zones.
serviceAccountName: The account under which the pod's programs call the API.
automountServiceAccountToken: Whether the pod gets a token of its account.
imagePullSecrets: Secrets for registries.
hostAliases: Further lines of the file of hosts.
hostNetwork: Whether the pod has the node's network.
PodSpec.hostname: The pod's host name; its own name by default.
subdomain: Makes the host name complete, together with a headless service.
priorityClassName: The class of the pod's priority.
schedulerName: The scheduler that gives the pod a node.
PodSpec.volumes: Volumes that the containers can mount.
emptyDir: An empty folder that lives as long as the pod.
hostPath: A path of the node.
configMap: Files made of the keys of a ConfigMap.
Volume.secret: Files made of the keys of a Secret.
downwardAPI: Files made of fields of the pod.
projected: Files made of several sources.
persistentVolumeClaim: The volume of a claim in the pod's namespace.
claimName: The name of the claim.
defaultMode: The rights of files that name none.
items: The keys that become files, and their paths; all by default.
optional: Whether it may be missing.
phase: In one word, where it is in its life.
podIP: The pod's address.
hostIP: The node's address.
startTime: When it was first seen by its node or controller.
qosClass: How the pod is treated when resources are short.
containerStatuses: The state of each container.
restartCount: How often it was started again.
lastState: How it ended the last time.
accessModes: By how many nodes, and how, the volume can be used at once.
capacity: How much it holds.
storageClassName: The class that makes its volumes; empty for none.
volumeName: The volume that the claim is bound to.
volumeMode: Filesystem or Block.
persistentVolumeReclaimPolicy: Whether the volume is deleted with its claim or stays.
claimRef: The claim that it is bound to.
nodeAffinity: Rules about the labels of nodes.
provisioner: Who makes the volumes.
reclaimPolicy: Whether volumes are deleted with their claims or stay.
volumeBindingMode: Whether claims are bound at once or when their first pod is scheduled.
allowVolumeExpansion: Whether claims may ask for more later.
minAvailable: How many pods must stay, as a count or percentage.
maxUnavailable: How many may be missing, as a count or percentage.
disruptionsAllowed: How many pods may be evicted now.
ServiceSpec.type: ClusterIP, NodePort, LoadBalancer or ExternalName.
ServiceSpec.ports: The ports of the service.
ServicePort.port: The port on which the service is called.
targetPort: The number or name of the pods' port.
nodePort: The port at which nodes offer the service.
clusterIP: The service's address; None for a headless service.
externalName: The name that the service stands for.
externalIPs: Further addresses of the service.
sessionAffinity: Whether a client's connections stay with one pod: None or ClientIP.
publishNotReadyAddresses: Whether pods count before they are ready.
appProtocol: The protocol that is spoken, such as http or grpc.
protocol: TCP, UDP or SCTP.
addresses: Addresses that are ready.
notReadyAddresses: Addresses that are not ready.
subsets: Addresses with the ports that they have in common.
IngressSpec.rules: Hosts and paths with the services that they lead to.
IngressSpec.tls: Hosts with their certificates.
ingressClassName: The class whose controller serves it.
defaultBackend: Where requests go that no rule matches.
backend: The service that requests go to.
pathType: How the path is compared: Exact, Prefix or ImplementationSpecific.
host: The host name; the first label may be an asterisk.
data: Keys and their values.
binaryData: Keys and their bytes, in Base64.
stringData: Keys and their values as plain text; it is only ever written.
immutable: Whether the data cannot change any more.
taints: What keeps pods away that do not bear it.
unschedulable: Whether new pods are kept away.
allocatable: What pods can have of the node.
involvedObject: The object that it is about.
PolicyRule.verbs: What may be done, such as get, list and watch.
PolicyRule.apiGroups: The groups of the resources; empty text for the core group.
PolicyRule.resources: What it may be done with.
roleRef: The role that is given.
subjects: Who gets it.
holderIdentity: Who holds the lease.
leaseDurationSeconds: Seconds after which a lease that is not renewed may be taken.
renewTime: When the lease was last renewed.
group: The group of the API.
scope: Namespaced or Cluster.
names: How the kind is called.
versions: The versions in which it is served.
served: Whether clients may use this version.
storage: Whether objects are stored in this version.
additionalPrinterColumns: The columns that kubectl shows.
`);
