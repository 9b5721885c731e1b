package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// decode reads the documents of a manifest as the API server does with strict validation: unknown and
// doubled fields are errors.
func decode(t *testing.T, manifest []byte) (objects []runtime.Object, err error) {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, batchv1.AddToScheme, corev1.AddToScheme,
		networkingv1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	for document := range bytes.SplitSeq(manifest, []byte("\n---\n")) {
		object, _, err := decoder.Decode(document, nil, nil)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

func TestManifestsDecodeStrictly(t *testing.T) {
	files, err := filepath.Glob("kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue // TestKustomizationBuilds
		}
		manifest, err := os.ReadFile(file) // #nosec G304 -- our own folder
		if err != nil {
			t.Fatal(err)
		}
		objects, err := decode(t, manifest)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		read += len(objects)
	}
	if read < 8 {
		t.Errorf("only %d objects were read", read)
	}
}

func TestMisspeltFieldsAreNoticed(t *testing.T) {
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: carebell}\nspec: {ports: [{port: 8080, targetPrt: http}]}\n"
	if _, err := decode(t, []byte(service)); err == nil || !strings.Contains(err.Error(), "targetPrt") {
		t.Errorf("a misspelt targetPort: %v", err)
	}
}

// cluster is what the kustomization makes.
type cluster struct {
	deployment *appsv1.Deployment
	job        *batchv1.Job
	service    *corev1.Service
	budget     *policyv1.PodDisruptionBudget
	network    *networkingv1.NetworkPolicy
}

func build(t *testing.T) (c cluster) {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := made.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	objects, err := decode(t, manifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		switch o := o.(type) {
		case *appsv1.Deployment:
			c.deployment = o
		case *batchv1.Job:
			c.job = o
		case *corev1.Service:
			c.service = o
		case *policyv1.PodDisruptionBudget:
			c.budget = o
		case *networkingv1.NetworkPolicy:
			c.network = o
		case *corev1.Secret:
			t.Error("the kustomization would apply the example's secrets")
		}
	}
	if c.deployment == nil || c.job == nil || c.service == nil || c.budget == nil || c.network == nil {
		t.Fatalf("something is missing: %+v", c)
	}
	return c
}

func TestKustomizationBuilds(t *testing.T) {
	c := build(t)
	serve, migrate := c.deployment.Spec.Template, c.job.Spec.Template
	if a, b := serve.Spec.Containers[0].Image, migrate.Spec.Containers[0].Image; a != b || strings.HasSuffix(a, ":latest") || !strings.Contains(a, ":") {
		t.Errorf("images %q and %q, want one with a version", a, b)
	}
	for name, selector := range map[string]map[string]string{
		"deployment": c.deployment.Spec.Selector.MatchLabels, "service": c.service.Spec.Selector, "budget": c.budget.Spec.Selector.MatchLabels,
	} {
		chosen := labels.SelectorFromSet(selector)
		if !chosen.Matches(labels.Set(serve.Labels)) || chosen.Matches(labels.Set(migrate.Labels)) {
			t.Errorf("%s selects %v: it must choose the replicas and not the migration", name, selector)
		}
	}
	for _, spread := range serve.Spec.TopologySpreadConstraints {
		if s, err := metav1.LabelSelectorAsSelector(spread.LabelSelector); err != nil || !s.Matches(labels.Set(serve.Labels)) {
			t.Errorf("the spread over %s does not count the replicas (%v)", spread.TopologyKey, err)
		}
	}
	for _, pod := range []corev1.PodTemplateSpec{serve, migrate} {
		if !labels.SelectorFromSet(c.network.Spec.PodSelector.MatchLabels).Matches(labels.Set(pod.Labels)) {
			t.Errorf("the network policy leaves out %v", pod.Labels)
		}
	}
	port := c.service.Spec.Ports[0].TargetPort.StrVal
	if port == "" || port != serve.Spec.Containers[0].Ports[0].Name || port != c.network.Spec.Ingress[0].Ports[0].Port.StrVal {
		t.Errorf("the service, the pod and the network policy speak of different ports")
	}
}

func TestPodsAreConfined(t *testing.T) {
	c := build(t)
	for name, pod := range map[string]corev1.PodSpec{"serve": c.deployment.Spec.Template.Spec, "migrate": c.job.Spec.Template.Spec} {
		security, inner := pod.SecurityContext, pod.Containers[0].SecurityContext
		if !*security.RunAsNonRoot || *security.RunAsUser != 65532 || security.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
			t.Errorf("%s: the pod is not confined: %+v", name, security)
		}
		if !*inner.ReadOnlyRootFilesystem || *inner.AllowPrivilegeEscalation || len(inner.Capabilities.Drop) != 1 || inner.Capabilities.Drop[0] != "ALL" {
			t.Errorf("%s: the container is not confined: %+v", name, inner)
		}
		if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
			t.Errorf("%s: it gets a token of the cluster that it does not need", name)
		}
		// A Service named carebell would give it CAREBELL_… variables that are no settings.
		if pod.EnableServiceLinks == nil || *pod.EnableServiceLinks {
			t.Errorf("%s: service links are on", name)
		}
		if limits := pod.Containers[0].Resources; limits.Requests.Cpu().IsZero() || limits.Limits.Memory().IsZero() {
			t.Errorf("%s: no request of CPU or no limit of memory", name)
		}
	}
}

func TestAReplicaIsReplacedGently(t *testing.T) {
	spec := build(t).deployment.Spec
	pod := spec.Template.Spec
	if *spec.Replicas < 2 || spec.Strategy.RollingUpdate.MaxUnavailable.IntValue() != 0 {
		t.Errorf("%d replicas, %v unavailable in a rollout", *spec.Replicas, spec.Strategy.RollingUpdate.MaxUnavailable)
	}
	if grace := *pod.TerminationGracePeriodSeconds; grace <= 10 {
		t.Errorf("%d s of grace: a stop may take 10", grace)
	}
	c := pod.Containers[0]
	for name, probe := range map[string]*corev1.Probe{"/healthz": c.StartupProbe, "/healthz ": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		if probe.HTTPGet.Path != strings.TrimSpace(name) || probe.HTTPGet.Port.StrVal != "http" {
			t.Errorf("the probe of %s asks %s on %s", name, probe.HTTPGet.Path, probe.HTTPGet.Port.StrVal)
		}
	}
	if wait := c.StartupProbe.PeriodSeconds * c.StartupProbe.FailureThreshold; wait <= 30 {
		t.Errorf("a start may take %d s: it waits 30 for the database", wait)
	}
	if c.ReadinessProbe.TimeoutSeconds <= 2 {
		t.Errorf("readiness is asked for %d s: its checks may take 2", c.ReadinessProbe.TimeoutSeconds)
	}
}

// Each secret that a pod names is in the example, with that key; the owner's is the migration's alone.
func TestSecretsAreNamedAlike(t *testing.T) {
	manifest, err := os.ReadFile("kubernetes/secret.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects, err := decode(t, manifest)
	if err != nil {
		t.Fatal(err)
	}
	example := map[string]map[string]string{}
	for _, o := range objects {
		s := o.(*corev1.Secret)
		example[s.Name] = s.StringData
	}
	c := build(t)
	named := map[string]bool{}
	for pod, container := range map[string]corev1.Container{"serve": c.deployment.Spec.Template.Spec.Containers[0], "migrate": c.job.Spec.Template.Spec.Containers[0]} {
		for _, e := range container.Env {
			if e.ValueFrom == nil {
				if strings.Contains(e.Name, "TOKEN") || strings.Contains(e.Name, "URL") {
					t.Errorf("%s: %s stands in the file", pod, e.Name)
				}
				continue
			}
			ref := e.ValueFrom.SecretKeyRef
			named[ref.Name] = true
			if example[ref.Name][ref.Key] == "" {
				t.Errorf("%s: the example has no secret %s with %s", pod, ref.Name, ref.Key)
			}
			if pod == "serve" && ref.Name == "carebell-owner" {
				t.Error("the replicas hold the owner's login")
			}
		}
	}
	if len(named) != len(example) {
		t.Errorf("the pods use %v of the example's %d secrets", named, len(example))
	}
}
