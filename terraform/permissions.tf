# --- what the functions may do -------------------------------------------------------------------------------------------------
# A statement for each reason, limited as far as AWS offers it: https://docs.aws.amazon.com/service-authorization/latest/reference/
# permissions_test.go compares the actions with the calls that the functions can make, both ways.

data "aws_iam_policy_document" "lambda_trust" {
  statement {
    sid     = "LambdaRunsAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# Both functions read entries, clusters and groups, and publish.
data "aws_iam_policy_document" "shared" {
  # GetParametersByPath is checked against the path itself, and a right on a path holds for all below it; the history holds the newest
  # valid version of an entry that was edited wrongly.
  # list_awssystemsmanager.html: both take `parameter`.
  statement {
    sid       = "ReadConfig"
    actions   = ["ssm:GetParametersByPath", "ssm:GetParameterHistory"]
    resources = [local.config_arn, "${local.config_arn}/*"]
  }

  # Only for entries of type SecureString. SSM names the parameter in the encryption context, so the key opens nothing else.
  # https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
  dynamic "statement" {
    for_each = length(var.kms_key_arns) > 0 ? { keys = var.kms_key_arns } : {}

    content {
      sid       = "DecryptConfig"
      actions   = ["kms:Decrypt"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${local.region}.amazonaws.com"]
      }

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:PARAMETER_ARN"
        values   = ["${local.config_arn}/*"]
      }
    }
  }

  # list_amazonelasticcontainerservice.html: ListContainerInstances takes `cluster`.
  statement {
    sid       = "ListHosts"
    actions   = ["ecs:ListContainerInstances"]
    resources = local.cluster_arns
  }

  # DescribeContainerInstances takes `container-instance`, DescribeServices `service`, DescribeTasks `task`, all the key ecs:cluster.
  # The cluster is in the condition, not in the ARN, because ARNs of the old short form do not name it.
  statement {
    sid     = "ReadHostsServicesTasks"
    actions = ["ecs:DescribeContainerInstances", "ecs:DescribeServices", "ecs:DescribeTasks"]
    resources = [
      "arn:${local.partition}:ecs:${local.region}:${local.account}:container-instance/*",
      "arn:${local.partition}:ecs:${local.region}:${local.account}:service/*",
      "arn:${local.partition}:ecs:${local.region}:${local.account}:task/*",
    ]

    condition {
      test     = "ArnLike"
      variable = "ecs:cluster"
      values   = local.cluster_arns
    }
  }

  # ListServices takes no resource, only the key ecs:cluster. ListTasks takes `container-instance`, but of a whole cluster, where no host
  # is named, it is checked against "*": https://github.com/cdklabs/construct-hub/pull/1207
  statement {
    sid       = "ListServicesAndTasks"
    actions   = ["ecs:ListServices", "ecs:ListTasks"]
    resources = ["*"]

    condition {
      test     = "ArnLike"
      variable = "ecs:cluster"
      values   = local.cluster_arns
    }
  }

  # DescribeTaskDefinition takes no resource and no key of its service; AWS offers nothing narrower.
  statement {
    sid       = "ReadTaskSizes"
    actions   = ["ecs:DescribeTaskDefinition"]
    resources = ["*"]
  }

  # DescribeCapacityProviders takes `capacity-provider`; both functions name the providers that they ask for. Which cluster was asked
  # about, no key tells.
  statement {
    sid       = "ReadCapacityProviders"
    actions   = ["ecs:DescribeCapacityProviders"]
    resources = ["arn:${local.partition}:ecs:${local.region}:${local.account}:capacity-provider/*"]
  }

  # list_amazonec2autoscaling.html: neither action takes a resource or a condition key of its service; AWS offers nothing narrower.
  statement {
    sid       = "ReadGroups"
    actions   = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities"]
    resources = ["*"]
  }

  # list_amazoncloudwatch.html: PutMetricData takes no resource, but the key cloudwatch:namespace.
  statement {
    sid       = "PublishMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [var.namespace]
    }
  }
}

data "aws_iam_policy_document" "publisher" {
  source_policy_documents = [data.aws_iam_policy_document.shared.json]

  # What every cluster demanded in the last day, to which headroom is fitted. list_amazoncloudwatch.html: GetMetricData takes no resource
  # and no key that names a namespace; AWS offers nothing narrower. Without this right the thresholds 75 and 50 % hold.
  statement {
    sid       = "ReadDemand"
    actions   = ["cloudwatch:GetMetricData"]
    resources = ["*"]
  }

  # list_amazonec2autoscaling.html: it takes no resource and no condition key of its service.
  statement {
    sid       = "ReadPolicies"
    actions   = ["autoscaling:DescribePolicies"]
    resources = ["*"]
  }

  # No logs:CreateLogGroup: the group is made above, with its retention, and stays gone after a destroy.
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"]
  }
}

data "aws_iam_policy_document" "drainer" {
  for_each = local.drainer

  source_policy_documents = [data.aws_iam_policy_document.shared.json]

  # GetTaskProtection takes `task`, with the key ecs:cluster.
  statement {
    sid       = "ReadProtection"
    actions   = ["ecs:GetTaskProtection"]
    resources = ["arn:${local.partition}:ecs:${local.region}:${local.account}:task/*"]

    condition {
      test     = "ArnLike"
      variable = "ecs:cluster"
      values   = local.cluster_arns
    }
  }

  # list_amazonec2autoscaling.html: it takes no resource and no key of its service. A Spot warning names no group.
  statement {
    sid       = "FindGroupOfInstance"
    actions   = ["autoscaling:DescribeAutoScalingInstances"]
    resources = ["*"]
  }

  # list_amazonec2autoscaling.html: it takes no resource and no key of its service.
  statement {
    sid       = "ReadHooks"
    actions   = ["autoscaling:DescribeLifecycleHooks"]
    resources = ["*"]
  }

  # list_amazonelasticcontainerservice.html: UpdateContainerInstancesState takes `container-instance`, with the key ecs:cluster.
  statement {
    sid       = "SetHostsDraining"
    actions   = ["ecs:UpdateContainerInstancesState"]
    resources = ["arn:${local.partition}:ecs:${local.region}:${local.account}:container-instance/*"]

    condition {
      test     = "ArnLike"
      variable = "ecs:cluster"
      values   = local.cluster_arns
    }
  }

  statement {
    sid       = "StopTasksAtTheDeadline"
    actions   = ["ecs:StopTask"]
    resources = ["arn:${local.partition}:ecs:${local.region}:${local.account}:task/*"]

    condition {
      test     = "ArnLike"
      variable = "ecs:cluster"
      values   = local.cluster_arns
    }
  }

  # DeregisterContainerInstance takes `cluster`.
  statement {
    sid       = "DeregisterDeadHosts"
    actions   = ["ecs:DeregisterContainerInstance"]
    resources = local.cluster_arns
  }

  # list_amazonec2autoscaling.html: both take `autoScalingGroup`, with the key of its tags: no group without our tag can be touched.
  statement {
    sid       = "HoldAndLetGoHosts"
    actions   = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"]
    resources = ["arn:${local.partition}:autoscaling:${local.region}:${local.account}:autoScalingGroup:*:autoScalingGroupName/*"]

    condition {
      test     = "StringLike"
      variable = "autoscaling:ResourceTag/ecs-cluster-scaler:cluster"
      values   = var.cluster_name_patterns
    }
  }

  # Lambda sends what failed three times with the function's own role.
  statement {
    sid       = "KeepFailures"
    actions   = ["sqs:SendMessage"]
    resources = [local.drainer_failures_arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.drainer_log_group_arn}:*"]
  }
}
