"""IAM: the AWS managed policies that a scaler, its Lambda or an ECS host may name."""

import json
import os

# stock: without this no aws:policy/* exists, so AttachRolePolicy is a 404.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

import moto.iam.models as models  # noqa: E402

_NAMED = ("AWSLambda", "AmazonEC2ContainerService", "AmazonECS", "AmazonSSM", "CloudWatchAgent")

# stock: each reset builds all 1500 policies again, several seconds of it.
models.aws_managed_policies_data = json.dumps({
    name: policy for name, policy in json.loads(models.aws_managed_policies_data).items()
    if name.startswith(_NAMED)
})
