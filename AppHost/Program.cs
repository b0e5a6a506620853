if (args is ["garnet", var f]) { Aspire.Hosting.Servers.GarnetProgram.Run(f); return; }
Console.WriteLine("AppHost");
