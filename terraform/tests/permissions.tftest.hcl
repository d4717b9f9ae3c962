# The policies as the roles get them. The real provider makes them: that is arithmetic, it calls nothing. Only a plan, only made-up keys.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.here
  values = { account_id = "123456789012" }
}

variables {
  package = { file = "tests/fixtures/publisher_linux_arm64.txt" }
}

run "publisher_may_do_this_and_nothing_else" {
  command = plan

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Sid => statement.Action } == {
      ReadConfig             = ["ssm:GetParametersByPath", "ssm:GetParameterHistory"]
      ListHosts              = "ecs:ListContainerInstances"
      ReadHostsServicesTasks = ["ecs:DescribeTasks", "ecs:DescribeServices", "ecs:DescribeContainerInstances"]
      ReadTaskSizes          = "ecs:DescribeTaskDefinition"
      ReadCapacityProviders  = "ecs:DescribeCapacityProviders"
      ListServicesAndTasks   = ["ecs:ListTasks", "ecs:ListServices"]
      ReadGroups             = ["autoscaling:DescribeScalingActivities", "autoscaling:DescribeAutoScalingGroups"]
      ReadPolicies           = "autoscaling:DescribePolicies"
      PublishMetrics         = "cloudwatch:PutMetricData"
      ReadDemand             = "cloudwatch:GetMetricData"
      WriteLogs              = ["logs:PutLogEvents", "logs:CreateLogStream"]
    }
    error_message = "One statement per reason, each with the actions that its reason needs."
  }
  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Effect == "Allow" && can(statement.Sid)])
    error_message = "Every statement has a name, and none forbids."
  }
  assert {
    condition     = toset([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Sid if try(statement.Resource, "") == "*"]) == toset(["ListServicesAndTasks", "ReadTaskSizes", "ReadGroups", "ReadPolicies", "PublishMetrics", "ReadDemand"])
    error_message = "\"*\" only where AWS offers no resource, or checks none for what is asked."
  }
  assert {
    condition     = toset([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Sid if try(statement.Resource, "") == "*" && !can(statement.Condition)]) == toset(["ReadTaskSizes", "ReadGroups", "ReadPolicies", "ReadDemand"])
    error_message = "Where AWS offers a condition instead of a resource, it is used."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.publisher.policy, "CreateLogGroup") && !strcontains(aws_iam_role_policy.publisher.policy, ":*\"]") && length(regexall("\"[a-z]+:[A-Za-z]*\\*\"", aws_iam_role_policy.publisher.policy)) == 0
    error_message = "No action by wildcard, and no right to make log groups."
  }
  assert {
    condition     = toset(one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Resource if statement.Sid == "ReadConfig"])) == toset(["arn:aws:ssm:eu-west-1:123456789012:parameter/ecs-cluster-scaler", "arn:aws:ssm:eu-west-1:123456789012:parameter/ecs-cluster-scaler/*"])
    error_message = "The path itself and what is below it."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Resource if statement.Sid == "ListHosts"]) == "arn:aws:ecs:eu-west-1:123456789012:cluster/*"
    error_message = "Clusters of this account and region."
  }
  assert {
    condition     = toset(one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Resource if statement.Sid == "ReadHostsServicesTasks"])) == toset(["arn:aws:ecs:eu-west-1:123456789012:container-instance/*", "arn:aws:ecs:eu-west-1:123456789012:service/*", "arn:aws:ecs:eu-west-1:123456789012:task/*"])
    error_message = "Hosts, services and tasks of this account and region."
  }
  assert {
    condition     = alltrue([for sid in ["ReadHostsServicesTasks", "ListServicesAndTasks"] : one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Condition if statement.Sid == sid]) == { ArnLike = { "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/*" } }])
    error_message = "What is not limited by a cluster's ARN is limited by the key ecs:cluster."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Condition if statement.Sid == "PublishMetrics"]) == { StringEquals = { "cloudwatch:namespace" = "ECSClusterScaler" } }
    error_message = "Metrics only in this namespace."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Resource if statement.Sid == "WriteLogs"]) == "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/ecs-cluster-scaler-publisher:*"
    error_message = "Logs only in the publisher's own group."
  }
  assert {
    condition     = one(jsondecode(aws_iam_role.publisher.assume_role_policy).Statement).Principal == { Service = "lambda.amazonaws.com" }
    error_message = "Only Lambda takes the role."
  }
}

run "scheduler_may_start_this_function_and_nothing_else" {
  command = plan

  assert {
    condition     = { for key, value in one(jsondecode(aws_iam_role_policy.schedule["publisher"].policy).Statement) : key => value if contains(["Action", "Resource"], key) } == { Action = "lambda:InvokeFunction", Resource = "arn:aws:lambda:eu-west-1:123456789012:function:ecs-cluster-scaler-publisher" }
    error_message = "One action on one function."
  }
  assert {
    condition     = one(jsondecode(aws_iam_role.schedule["publisher"].assume_role_policy).Statement).Principal == { Service = "scheduler.amazonaws.com" } && one(jsondecode(aws_iam_role.schedule["publisher"].assume_role_policy).Statement).Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" }, ArnEquals = { "aws:SourceArn" = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default" } }
    error_message = "Only Scheduler takes the role, only for this account, and only for the schedules' group."
  }
  # What the real provider would send.
  assert {
    condition     = aws_scheduler_schedule.each_minute["publisher"].target[0].input == format("{\"time\": \"%saws.scheduler.scheduled-time%s\"}", "<", ">")
    error_message = "The real provider leaves the placeholder as it is."
  }
}

run "narrowed" {
  command = plan

  variables {
    config_path           = "/team/scaler"
    namespace             = "Team/Scaler"
    cluster_name_patterns = ["prod-*", "edge"]
    kms_key_arns          = ["arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
  }

  assert {
    condition     = toset(one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Resource if statement.Sid == "ListHosts"])) == toset(["arn:aws:ecs:eu-west-1:123456789012:cluster/edge", "arn:aws:ecs:eu-west-1:123456789012:cluster/prod-*"])
    error_message = "Only the clusters that were named."
  }
  assert {
    condition     = alltrue([for sid in ["ReadHostsServicesTasks", "ListServicesAndTasks"] : toset(one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Condition.ArnLike["ecs:cluster"] if statement.Sid == sid])) == toset(["arn:aws:ecs:eu-west-1:123456789012:cluster/edge", "arn:aws:ecs:eu-west-1:123456789012:cluster/prod-*"])])
    error_message = "Only the clusters that were named, in the conditions too."
  }
  assert {
    condition     = toset(one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Resource if statement.Sid == "ReadConfig"])) == toset(["arn:aws:ssm:eu-west-1:123456789012:parameter/team/scaler", "arn:aws:ssm:eu-west-1:123456789012:parameter/team/scaler/*"])
    error_message = "The path follows config_path."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement.Condition if statement.Sid == "PublishMetrics"]) == { StringEquals = { "cloudwatch:namespace" = "Team/Scaler" } }
    error_message = "The condition follows namespace."
  }
  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.publisher.policy).Statement : statement if statement.Sid == "DecryptConfig"]) == {
      Sid      = "DecryptConfig"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      Condition = {
        StringEquals = { "kms:ViaService" = "ssm.eu-west-1.amazonaws.com" }
        StringLike   = { "kms:EncryptionContext:PARAMETER_ARN" = "arn:aws:ssm:eu-west-1:123456789012:parameter/team/scaler/*" }
      }
    }
    error_message = "The key decrypts only through Parameter Store, and only parameters of this path."
  }
}

run "drainer_may_do_this_and_nothing_else" {
  command = plan

  variables {
    drainer_package       = { file = "tests/fixtures/drainer_linux_arm64.txt" }
    cluster_name_patterns = ["prod-*"]
  }
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.drainer["drainer"].policy).Statement : statement.Sid => statement.Action } == {
      ReadConfig             = ["ssm:GetParametersByPath", "ssm:GetParameterHistory"]
      ListHosts              = "ecs:ListContainerInstances"
      ReadHostsServicesTasks = ["ecs:DescribeTasks", "ecs:DescribeServices", "ecs:DescribeContainerInstances"]
      ReadProtection         = "ecs:GetTaskProtection"
      ListServicesAndTasks   = ["ecs:ListTasks", "ecs:ListServices"]
      ReadTaskSizes          = "ecs:DescribeTaskDefinition"
      ReadCapacityProviders  = "ecs:DescribeCapacityProviders"
      ReadGroups             = ["autoscaling:DescribeScalingActivities", "autoscaling:DescribeAutoScalingGroups"]
      FindGroupOfInstance    = "autoscaling:DescribeAutoScalingInstances"
      ReadHooks              = "autoscaling:DescribeLifecycleHooks"
      SetHostsDraining       = "ecs:UpdateContainerInstancesState"
      StopTasksAtTheDeadline = "ecs:StopTask"
      DeregisterDeadHosts    = "ecs:DeregisterContainerInstance"
      HoldAndLetGoHosts      = ["autoscaling:RecordLifecycleActionHeartbeat", "autoscaling:CompleteLifecycleAction"]
      PublishMetrics         = "cloudwatch:PutMetricData"
      KeepFailures           = "sqs:SendMessage"
      WriteLogs              = ["logs:PutLogEvents", "logs:CreateLogStream"]
    }
    error_message = "One statement per reason, each with the actions that its reason needs."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.drainer["drainer"].policy).Statement : statement.Condition if statement.Sid == "HoldAndLetGoHosts"]) == { StringLike = { "autoscaling:ResourceTag/ecs-cluster-scaler:cluster" = "prod-*" } }
    error_message = "No group without the tag, or of another cluster, can be touched."
  }
  assert {
    condition     = alltrue([for sid in ["SetHostsDraining", "StopTasksAtTheDeadline", "ReadProtection"] : one([for statement in jsondecode(aws_iam_role_policy.drainer["drainer"].policy).Statement : statement.Condition if statement.Sid == sid]) == { ArnLike = { "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod-*" } }])
    error_message = "Only hosts and tasks of the clusters that it is for."
  }
  assert {
    condition     = toset([for statement in jsondecode(aws_iam_role_policy.drainer["drainer"].policy).Statement : statement.Sid if try(statement.Resource, "") == "*" && !can(statement.Condition)]) == toset(["ReadGroups", "FindGroupOfInstance", "ReadHooks", "ReadTaskSizes"])
    error_message = "\"*\" without a condition only where AWS offers neither."
  }
}
