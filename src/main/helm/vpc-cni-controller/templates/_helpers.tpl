{{/* The pods. Services and webhooks go by their names, so there is one of these in a cluster and no release in its name. */}}
{{- define "vpc-cni-controller.selectorLabels" -}}
app.kubernetes.io/name: vpc-cni-controller
{{- end -}}

{{- define "vpc-cni-controller.labels" -}}
{{ include "vpc-cni-controller.selectorLabels" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "vpc-cni-controller.image" -}}
{{- with .Values.image -}}
{{- if .override -}}
{{ .override }}
{{- else if .overrideRepository -}}
{{ .overrideRepository }}:{{ .tag }}
{{- else -}}
{{ $.Chart.Annotations.image }}
{{- end -}}
{{- end -}}
{{- end -}}
