import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { deploy } from "./harness.ts";
import { objectsOf, renderGolden } from "./kubernetes-objects.ts";

const { resources } = await deploy(() => {
	const provider = new kubernetes.Provider("cluster", {});
	const settings = new kubernetes.core.v1.ConfigMap(
		"front-config",
		{
			metadata: { namespace: "k8s-prod" },
			data: { "nginx.conf": "events {}" },
		},
		{ provider },
	);
	const keys = new kubernetes.core.v1.Secret(
		"front-keys",
		{
			metadata: { name: "keys", namespace: "k8s-prod" },
			stringData: { "key.pem": "a private key" },
		},
		{ provider },
	);
	new kubernetes.core.v1.ConfigMap(
		"mistake",
		{
			metadata: { name: "mistake", namespace: "k8s-prod" },
			data: { open: "to all", token: pulumi.secret("a token") },
		},
		{ provider },
	);
	new kubernetes.batch.v1.CronJob(
		"cleanup",
		{
			metadata: { name: "cleanup", namespace: "k8s-jobs" },
			spec: {
				schedule: "0 3 * * *",
				jobTemplate: {
					spec: {
						template: {
							spec: {
								restartPolicy: "Never",
								containers: [
									{
										name: "cleanup",
										env: [{ name: "KEYS", value: keys.metadata.name }],
									},
								],
								volumes: [
									{
										name: "config",
										configMap: { name: settings.metadata.name },
									},
								],
							},
						},
					},
				},
			},
		},
		{ provider },
	);
});

test("turns what a program asked for into objects by kind and name, with automatic names told and followed", () => {
	expect(
		objectsOf(resources).map(({ apiVersion, kind, metadata }) => [
			...[apiVersion, kind, metadata.namespace, metadata.name],
		]),
	).toEqual([
		["v1", "ConfigMap", "k8s-prod", "front-config-xxxxxxxx"],
		["v1", "ConfigMap", "k8s-prod", "mistake"],
		["batch/v1", "CronJob", "k8s-jobs", "cleanup"],
		["v1", "Secret", "k8s-prod", "keys"],
	]);
	expect(objectsOf(resources)[3]).toEqual({
		apiVersion: "v1",
		kind: "Secret",
		metadata: { name: "keys", namespace: "k8s-prod" },
		stringData: { "key.pem": "a private key" },
	});
});

test("renders them as manifests without a secret, wherever it stands", () => {
	expect(renderGolden(resources)).toBe(`apiVersion: v1
kind: ConfigMap
metadata:
  name: front-config-xxxxxxxx
  namespace: k8s-prod
data:
  nginx.conf: events {}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: mistake
  namespace: k8s-prod
data:
  open: <redacted>
  token: <redacted>
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: cleanup
  namespace: k8s-jobs
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - env:
                - name: KEYS
                  value: keys
              name: cleanup
          restartPolicy: Never
          volumes:
            - configMap:
                name: front-config-xxxxxxxx
              name: config
  schedule: 0 3 * * *
---
apiVersion: v1
kind: Secret
metadata:
  name: keys
  namespace: k8s-prod
stringData:
  key.pem: <redacted>
`);
});
