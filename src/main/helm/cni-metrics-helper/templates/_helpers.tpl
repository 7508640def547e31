{{- define "cni-metrics-helper.fullname" -}}
{{- $both := printf "%s-%s" .Release.Name .Values.nameOverride -}}
{{- $ofRelease := ternary .Release.Name $both (contains .Values.nameOverride .Release.Name) -}}
{{- default $ofRelease .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "cni-metrics-helper.serviceAccountName" -}}
{{- default (ternary (include "cni-metrics-helper.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "cni-metrics-helper.labels" -}}
k8s-app: cni-metrics-helper
app.kubernetes.io/name: {{ .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "cni-metrics-helper.image" -}}
{{- with .Values.image -}}
{{- if .override -}}
{{ .override }}
{{- else if .overrideRepository -}}
{{ .overrideRepository }}:{{ .tag }}
{{- else if .repository -}}
{{ printf "%s.dkr.%s.%s.%s/%s:%s" (required "image.repository needs image.account" .account) .endpoint .region .domain .repository .tag }}
{{- else -}}
{{ $.Chart.Annotations.image }}
{{- end -}}
{{- end -}}
{{- end -}}
