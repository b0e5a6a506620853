using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ImageService.Core.Registry.Migrations
{
    /// <inheritdoc />
    public partial class BindProviderSessions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "bound_to",
                table: "user_tokens",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "bound_to",
                table: "user_sessions",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_user_tokens_bound_to",
                table: "user_tokens",
                column: "bound_to");

            migrationBuilder.CreateIndex(
                name: "ix_user_sessions_bound_to",
                table: "user_sessions",
                column: "bound_to");

            migrationBuilder.AddForeignKey(
                name: "fk_user_sessions_organizations_bound_to",
                table: "user_sessions",
                column: "bound_to",
                principalTable: "organizations",
                principalColumn: "id");

            migrationBuilder.AddForeignKey(
                name: "fk_user_tokens_organizations_bound_to",
                table: "user_tokens",
                column: "bound_to",
                principalTable: "organizations",
                principalColumn: "id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_user_sessions_organizations_bound_to",
                table: "user_sessions");

            migrationBuilder.DropForeignKey(
                name: "fk_user_tokens_organizations_bound_to",
                table: "user_tokens");

            migrationBuilder.DropIndex(
                name: "ix_user_tokens_bound_to",
                table: "user_tokens");

            migrationBuilder.DropIndex(
                name: "ix_user_sessions_bound_to",
                table: "user_sessions");

            migrationBuilder.DropColumn(
                name: "bound_to",
                table: "user_tokens");

            migrationBuilder.DropColumn(
                name: "bound_to",
                table: "user_sessions");
        }
    }
}
