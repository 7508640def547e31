{{/* Of the DaemonSet, and of what belongs to it. */}}
{{- define "aws-vpc-cni.fullname" -}}
{{- $both := printf "%s-%s" .Release.Name .Values.nameOverride -}}
{{- $ofRelease := ternary .Release.Name $both (contains .Values.nameOverride .Release.Name) -}}
{{- default $ofRelease .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "aws-vpc-cni.serviceAccountName" -}}
{{- default (ternary (include "aws-vpc-cni.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end -}}

{{/* By these a release of the reference's chart selects its pods, and a selector cannot be changed. */}}
{{- define "aws-vpc-cni.releaseLabels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- with .Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "aws-vpc-cni.podLabels" -}}
k8s-app: aws-node
{{ include "aws-vpc-cni.releaseLabels" . }}
{{- end -}}

{{- define "aws-vpc-cni.selectorLabels" -}}
{{- if .Values.originalMatchLabels -}}
k8s-app: aws-node
{{- else -}}
{{ include "aws-vpc-cni.releaseLabels" . }}
{{- end -}}
{{- end -}}

{{- define "aws-vpc-cni.labels" -}}
k8s-app: aws-node
app.kubernetes.io/name: {{ .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* Takes the values of an image, and the default if they name none. */}}
{{- define "aws-vpc-cni.image" -}}
{{- with .image -}}
{{- if .override -}}
{{ .override }}
{{- else if .overrideRepository -}}
{{ .overrideRepository }}:{{ .tag }}
{{- else if .repository -}}
{{ printf "%s.dkr.%s.%s.%s/%s:%s" (required "image.repository needs image.account" .account) .endpoint .region .domain .repository .tag }}
{{- else -}}
{{ $.default }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "aws-vpc-cni.daemonImage" -}}
{{- include "aws-vpc-cni.image" (dict "image" .Values.image "default" .Chart.Annotations.image) -}}
{{- end -}}

{{- define "aws-vpc-cni.agentImage" -}}
{{- with .Values.nodeAgent.image -}}
{{- if and (not .override) (regexMatch "^v?[0-9]+\\.[0-9]+\\.[0-9]+" .tag) -}}
{{- if semverCompare "<1.4.1-0" .tag -}}
{{- fail (printf "nodeAgent.image.tag: %s does not find the daemon's socket, which agents know from v1.4.1 on" .tag) -}}
{{- end -}}
{{- end -}}
{{- include "aws-vpc-cni.image" (dict "image" .) -}}
{{- end -}}
{{- end -}}

{{/* Empty for no: the network policy agent is beside the daemon if it is wished, or if policies are and nobody says otherwise. */}}
{{- define "aws-vpc-cni.hasAgent" -}}
{{- $wish := .Values.nodeAgent.enabled -}}
{{- if kindIs "invalid" $wish -}}
{{- $wish = .Values.enableNetworkPolicy -}}
{{- end -}}
{{- ternary "true" "" (eq (toString $wish) "true") -}}
{{- end -}}

{{/* Takes a probe and its timeout. Up to v1.22 the reference listened on a port, where its old values files still look. */}}
{{- define "aws-vpc-cni.probe" -}}
{{- merge dict .probe (dict "timeoutSeconds" .timeoutSeconds) | toYaml | replace "-addr=:50051" "-addr=unix:///var/run/aws-node/ipamd.sock" -}}
{{- end -}}

{{- define "aws-vpc-cni.variables" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* Whatever the values say, which may be the reference's: without SYS_ADMIN the daemon connects no pod. */}}
{{- define "aws-vpc-cni.securityContext" -}}
{{- $capabilities := default dict .Values.securityContext.capabilities -}}
{{- $add := append (default list $capabilities.add) "SYS_ADMIN" | uniq -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.securityContext) (dict "capabilities" (dict "add" $add))) -}}
{{- end -}}
