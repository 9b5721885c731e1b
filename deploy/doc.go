// Package deploy holds what runs carebell elsewhere: the compose file and the Kubernetes manifests.
// It has no code, only tests that read each file as Docker and Kubernetes would. It is a module of its
// own, so that their types stay out of carebell's go.mod.
package deploy
